import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { words } from './messages.ts';

/**
 * The platform's own modal dialog: it makes the rest inert, closes with Escape and gives the focus back. Radix' modal
 * dialog writes a style element into the page, which the content security policy would have to be opened for.
 */
export function Dialog({
  open,
  onClose,
  title,
  hideTitle = false,
  width = 'md',
  className,
  children,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly hideTitle?: boolean;
  readonly width?: 'sm' | 'md' | 'lg';
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) {
      dialog.showModal();
      // The browser would take the first button, which closes the dialog.
      dialog.querySelector<HTMLElement>('[data-first-focus]')?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onClose={onClose}
      // Closes with Escape and with a click outside.
      closedby="any"
      className={cx(
        'm-auto mt-[12vh] max-h-[86vh] w-[calc(100vw-2rem)] overflow-y-auto rounded-lg bg-raised p-0 text-text shadow-pop border border-line',
        width === 'sm' && 'max-w-md',
        width === 'md' && 'max-w-xl',
        width === 'lg' && 'max-w-3xl',
        className,
      )}
    >
      {open && (
        <div className="animate-appear">
          <div className={cx('flex items-start gap-3 px-5 pt-4', hideTitle && 'sr-only')}>
            <h2 id={titleId} className="grow text-lg font-semibold">
              {title}
            </h2>
            {!hideTitle && (
              <IconButton
                label={words.close}
                icon={<X size={16} aria-hidden />}
                onClick={() => ref.current?.close()}
              />
            )}
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
