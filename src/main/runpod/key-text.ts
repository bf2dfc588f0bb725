import { AppError } from '../../shared/errors.ts';

/**
 * The key as it may stand in a header. Checked here because HTTP libraries quote a bad header value in their error.
 * @throws AppError runpod_key_missing, runpod_key_invalid
 */
export function checkKeyText(key: string | null): string {
  const text = key?.trim() ?? '';
  if (text === '') throw new AppError('runpod_key_missing', 'No RunPod key is set.');
  if (!/^[\x21-\x7E]+$/.test(text)) {
    throw new AppError('runpod_key_invalid', 'The RunPod key contains characters that no key has.');
  }
  return text;
}
