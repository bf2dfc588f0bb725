import type { ReactNode } from 'react';

/** Small bars without axes; the figures it draws stand beside it in words. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): ReactNode {
  const most = Math.max(1, ...values);
  const width = 100 / Math.max(1, values.length);
  return (
    <svg
      viewBox="0 0 100 24"
      preserveAspectRatio="none"
      className="h-8 w-full text-chart-1"
      role="img"
      aria-label={label}
    >
      <path
        d="M0 23.5h100"
        stroke="currentColor"
        strokeOpacity="0.25"
        strokeWidth="0.5"
        vectorEffect="non-scaling-stroke"
      />
      {values.map((value, index) => {
        const height = (value / most) * 22;
        // The order is the identity: a point is its minute's place.
        return value === 0 ? null : (
          <rect
            key={index}
            x={index * width}
            width={width * 0.72}
            y={23 - height}
            height={height}
            fill="currentColor"
          />
        );
      })}
    </svg>
  );
}
