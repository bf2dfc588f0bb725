import { DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

/** Not modal: Radix' scroll lock writes a style element, which the content security policy refuses. */
export function Menu({
  trigger,
  children,
}: {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.getElementById('main')}>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-40 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-pop animate-appear"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({
  icon,
  tone = 'normal',
  hint,
  onSelect,
  children,
}: {
  readonly icon?: ReactNode;
  readonly tone?: 'normal' | 'danger';
  readonly hint?: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={cx(
        'flex h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 outline-none select-none',
        'data-[highlighted]:bg-accent-soft data-[highlighted]:outline-2 data-[highlighted]:-outline-offset-2 data-[highlighted]:outline-transparent',
        tone === 'danger' && 'text-bad',
      )}
    >
      {icon}
      <span className="grow">{children}</span>
      {hint !== undefined && <span className="num text-sm text-faint">{hint}</span>}
    </DropdownMenu.Item>
  );
}

export function MenuLine(): ReactNode {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
