import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from '../../components/button.tsx';
import { Section } from '../../components/surface.tsx';
import type { AttentionItem } from '../../view/attention.ts';
import { words } from './messages.ts';

export function Attention({ items }: { readonly items: readonly AttentionItem[] }): ReactNode {
  return (
    <Section title={`${words.attention} (${items.length})`} flush>
      <ul className="divide-y divide-line/60 border-t border-line">
        {items.map((item) => (
          <li key={item.id} className="flex items-center gap-3 px-4 py-2">
            <TriangleAlert
              size={16}
              aria-hidden
              className={item.tone === 'bad' ? 'shrink-0 text-bad' : 'shrink-0 text-warn'}
            />
            <p className="min-w-0 grow">
              <span className="font-medium">{item.title}</span> <span className="text-soft">{item.text}</span>
            </p>
            <a
              href={item.href}
              aria-label={`${item.verb}: ${item.title}`}
              className={buttonClass('secondary', 'sm')}
            >
              {item.verb}
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
