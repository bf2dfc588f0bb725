import type { ReactNode } from 'react';

export default function Costs(): ReactNode {
  return null;
}
