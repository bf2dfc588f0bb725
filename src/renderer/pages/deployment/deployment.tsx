import type { ReactNode } from 'react';

export default function Deployment(): ReactNode {
  return null;
}
