import type { ReactNode } from 'react';

export default function Connect(): ReactNode {
  return null;
}
