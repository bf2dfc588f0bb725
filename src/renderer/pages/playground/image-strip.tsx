import { ImagePlus, X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { IconButton } from '../../components/button.tsx';
import { useChat } from '../../stores/chat.ts';
import { words } from './messages.ts';
import { IMAGE_TYPES } from './read-image.ts';

/** What goes with the question, each with a way to take it out again. */
export function ImageStrip(): ReactNode {
  const images = useChat((state) => state.images);
  if (images.length === 0) return null;
  return (
    <>
      <ul aria-label={words.image.list} className="mb-2 flex flex-wrap gap-2">
        {images.map(({ name, url }) => (
          <li key={url} className="relative">
            <img
              src={url}
              alt={words.image.shown(name)}
              className="h-16 max-w-32 rounded border border-line object-cover"
            />
            <IconButton
              label={words.image.remove(name)}
              icon={<X size={14} aria-hidden />}
              className="absolute! -top-2 -right-2 size-6! rounded-full! border border-line bg-raised"
              onClick={() =>
                useChat.setState((state) => ({ images: state.images.filter((image) => image.url !== url) }))
              }
            />
          </li>
        ))}
      </ul>
      <p className="mb-2 text-sm text-faint">{words.image.note}</p>
    </>
  );
}

export function PickImage({ onPick }: { readonly onPick: (files: Iterable<File>) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={IMAGE_TYPES.join(',')}
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          // The same file may be chosen again after it was taken out.
          event.target.value = '';
        }}
      />
      <IconButton
        label={words.image.add}
        icon={<ImagePlus size={16} aria-hidden />}
        onClick={() => input.current?.click()}
      />
    </>
  );
}
