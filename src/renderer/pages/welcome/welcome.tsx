import type { ReactNode } from 'react';

export default function Welcome(): ReactNode {
  return null;
}
