import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';

/** Something that scrolls: named, and reachable by key so that it can be scrolled without a mouse (WCAG 2.1.1). */
export function ScrollRegion({
  label,
  className,
  ...rest
}: ComponentProps<'section'> & { readonly label: string }): ReactNode {
  return (
    <section
      {...rest}
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
      tabIndex={0}
      className={cx('focus-visible:-outline-offset-2', className)}
    />
  );
}
