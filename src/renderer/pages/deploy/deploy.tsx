import type { ReactNode } from 'react';

export default function Deploy(): ReactNode {
  return null;
}
