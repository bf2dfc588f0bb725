import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Tab {
  readonly id: string;
  readonly label: string;
  /** Mounted only while shown. */
  readonly content: ReactNode;
}

/** Real tabs: arrow keys move, the panel is named by its tab. Only the shown panel is mounted. */
export function Tabs({
  label,
  tabs,
  value,
  onChange,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}): ReactNode {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex min-h-0 grow flex-col">
      <Radix.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-5"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px h-9 shrink-0 whitespace-nowrap border-b-2 border-transparent px-2.5 font-medium text-soft hover:text-text data-[state=active]:border-accent-text data-[state=active]:text-text focus-visible:-outline-offset-2"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.id}
          value={tab.id}
          className="min-h-0 grow overflow-y-auto data-[state=active]:flex data-[state=active]:flex-col"
        >
          {tab.id === value && tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
