import { useState, type DragEvent, type ClipboardEvent } from 'react';
import { now } from '../../app/clock.ts';
import { announce } from '../../stores/announcer.ts';
import { useChat } from '../../stores/chat.ts';
import { notify } from '../../stores/notices.ts';
import { words } from './messages.ts';
import { MOST_IMAGES, readImage } from './read-image.ts';

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

/** Takes images that are picked, pasted or dropped, and says of each that is not taken why. */
export function useImages(): {
  /** A file is held over the field. */
  readonly over: boolean;
  readonly take: (files: Iterable<File>) => Promise<void>;
  readonly drop: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: () => void;
    readonly onDrop: (event: DragEvent) => void;
  };
  readonly onPaste: (event: ClipboardEvent) => void;
} {
  const [over, setOver] = useState(false);
  const take = async (files: Iterable<File>): Promise<void> => {
    for (const file of files) {
      if (useChat.getState().images.length >= MOST_IMAGES) return refuse(words.image.tooMany(MOST_IMAGES));
      const read = await readImage(file);
      if (!read.ok) refuse(words.image[read.why](file.name));
      else {
        useChat.setState(({ images }) => ({
          images: [...images.filter(({ url }) => url !== read.image.url), read.image],
        }));
        announce(words.image.shown(file.name));
      }
    }
  };
  return {
    over,
    take,
    drop: {
      onDragOver(event) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop(event) {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        void take(event.dataTransfer.files);
      },
    },
    onPaste(event) {
      const { files } = event.clipboardData;
      if (files.length === 0) return;
      event.preventDefault();
      void take(files);
    },
  };
}

function refuse(body: string): void {
  notify({ at: now(), tone: 'bad', title: words.image.failed, body, action: null });
}
