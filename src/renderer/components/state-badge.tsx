import type { ReactNode } from 'react';
import type { Shape, StateLook, Tone } from '../view/state.ts';
import { cx } from './cx.ts';

const toneText: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  busy: 'text-busy',
  idle: 'text-idle',
  warn: 'text-warn',
  bad: 'text-bad',
};

const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  filled: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  ring: (
    <>
      <circle cx="6" cy="6" r="2.6" fill="currentColor" />
      <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  half: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor" />
    </>
  ),
  hollow: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  dot: (
    <>
      <circle
        cx="6"
        cy="6"
        r="4.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeDasharray="2 1.4"
      />
      <circle cx="6" cy="6" r="1.7" fill="currentColor" />
    </>
  ),
  triangle: <path d="M6 1.2 11.4 10.8H.6z" fill="currentColor" />,
  cross: <path d="m2 2 8 8m0-8-8 8" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />,
  question: (
    <path
      d="M3.4 4.2C3.4 2.6 4.5 1.6 6 1.6s2.6 1 2.6 2.3C8.6 5.6 6 5.7 6 7.6M6 10.2v.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
    />
  ),
};

export function StateShape({ shape, tone }: { readonly shape: Shape; readonly tone: Tone }): ReactNode {
  return (
    <svg
      viewBox="0 0 12 12"
      className={cx('size-[0.86rem] shrink-0', toneText[tone], shape === 'half' && 'animate-turn')}
      aria-hidden="true"
    >
      {SHAPES[shape]}
    </svg>
  );
}

export function StateBadge({
  look,
  showDetail = true,
}: {
  readonly look: StateLook;
  readonly showDetail?: boolean;
}): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <StateShape shape={look.shape} tone={look.tone} />
      <span className={cx('font-medium whitespace-nowrap', toneText[look.tone])}>{look.word}</span>
      {showDetail && look.detail !== null && <span className="text-soft truncate">· {look.detail}</span>}
    </span>
  );
}
