import { TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { Section } from '../../components/surface.tsx';
import type { AttentionItem } from '../../view/attention.ts';
import { words } from './messages.ts';

/** More at once would bury the rest of the page. */
const SHOWN = 5;

export function Attention({ items }: { readonly items: readonly AttentionItem[] }): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <Section title={`${words.attention} (${items.length})`} flush>
      <ul className="divide-y divide-line/60 border-t border-line">
        {shown.map((item) => (
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
      {items.length > SHOWN && (
        <Button look="ghost" size="sm" className="m-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? words.fewer : words.showAll(items.length)}
        </Button>
      )}
    </Section>
  );
}
