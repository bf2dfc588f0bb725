import type { ReactNode } from 'react';

export default function Logs(): ReactNode {
  return null;
}
