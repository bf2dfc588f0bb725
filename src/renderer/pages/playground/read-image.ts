import type { ChatImage } from '../../stores/chat.ts';

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
export const MOST_IMAGES = 8;

/** As the contract bounds a data URL, with room for its head. */
const MOST_BYTES = 2_900_000;
/** Models see no more than about this; what is larger only travels. */
const STEPS = [
  { side: 2048, quality: 0.85 },
  { side: 1280, quality: 0.8 },
  { side: 768, quality: 0.7 },
] as const;

export type ReadImage =
  | { readonly ok: true; readonly image: ChatImage }
  | { readonly ok: false; readonly why: 'wrongType' | 'tooLarge' | 'unreadable' };

/** An image as it can go with a question; one that is too large is made smaller, as a JPEG. */
export async function readImage(file: File): Promise<ReadImage> {
  if (!IMAGE_TYPES.some((type) => type === file.type)) return { ok: false, why: 'wrongType' };
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    // Whatever the browser says of it: it is no image.
    return { ok: false, why: 'unreadable' };
  }
  try {
    if (file.size <= MOST_BYTES) return { ok: true, image: { name: file.name, url: await dataUrl(file) } };
    for (const step of STEPS) {
      const smaller = await scaled(bitmap, step);
      if (smaller.size <= MOST_BYTES)
        return { ok: true, image: { name: file.name, url: await dataUrl(smaller) } };
    }
    return { ok: false, why: 'tooLarge' };
  } finally {
    bitmap.close();
  }
}

async function scaled(
  bitmap: ImageBitmap,
  { side, quality }: { readonly side: number; readonly quality: number },
): Promise<Blob> {
  const factor = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * factor)),
    Math.max(1, Math.round(bitmap.height * factor)),
  );
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () =>
      typeof reader.result === 'string' ? resolve(reader.result) : reject(new Error('The file is no text.')),
    );
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The file cannot be read.')));
    reader.readAsDataURL(blob);
  });
}
