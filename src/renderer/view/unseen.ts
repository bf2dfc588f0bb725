import type { RadarPart } from '../../shared/model.ts';
import { words } from './messages.ts';

/** What the key may not see, so that nobody takes the rest for everything; null = it sees all. */
export function unseenText(unseen: readonly RadarPart[]): string | null {
  const parts = unseen.filter((part) => part !== 'workers' && part !== 'prices');
  const texts = [
    ...(parts.length === 0
      ? []
      : [words.unseen.more(parts.map((part) => words.unseen.parts[part]).join(words.unseen.and))]),
    ...(parts.length === unseen.length ? [] : [words.unseen.dearer]),
  ];
  return texts.length === 0 ? null : texts.join(' ');
}
