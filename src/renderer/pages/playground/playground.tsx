import type { ReactNode } from 'react';

export default function Playground(): ReactNode {
  return null;
}
