import { memo, useState, type ReactNode } from 'react';
import { parseOn, type Block, type Inline } from '../view/markdown.ts';
import { CodeBlock } from './copy-field.tsx';
import { words } from './messages.ts';

/** An answer of a model, which may still be growing. Links show where they lead and open outside. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }): ReactNode {
  const [parsed, setParsed] = useState(() => parseOn(null, text));
  const current = parsed.source === text ? parsed : parseOn(parsed, text);
  // The next text goes on from here. Set while it is drawn, so that no finished frame shows an old text.
  if (current !== parsed) setParsed(current);
  return (
    <div className="space-y-2.5 break-words">
      {current.blocks.map((block, index) => (
        // Blocks are only appended while an answer streams: the place is the identity.
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
});

const BlockView = memo(function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p className="whitespace-pre-wrap">
          <Inlines inlines={block.inlines} />
        </p>
      );
    case 'heading':
      return (
        <p role="heading" aria-level={Math.min(6, block.level + 2)} className="pt-1 font-semibold">
          <Inlines inlines={block.inlines} />
        </p>
      );
    case 'code':
      return (
        <CodeBlock
          label={block.language === '' ? words.code : words.codeIn(block.language)}
          text={block.text}
        />
      );
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Inlines inlines={item} />
        </li>
      ));
      return block.ordered ? (
        <ol start={block.start} className="list-decimal space-y-0.5 pl-6">
          {items}
        </ol>
      ) : (
        <ul className="list-disc space-y-0.5 pl-6">{items}</ul>
      );
    }
    case 'quote':
      return (
        <blockquote className="border-l-2 border-line-strong pl-3 text-soft">
          <Inlines inlines={block.inlines} />
        </blockquote>
      );
    case 'table':
      return <TableView head={block.head} rows={block.rows} />;
    case 'rule':
      return <hr className="border-line" />;
  }
});

function TableView({
  head,
  rows,
}: {
  readonly head: readonly (readonly Inline[])[];
  readonly rows: readonly (readonly (readonly Inline[])[])[];
}): ReactNode {
  return (
    <div className="overflow-x-auto">
      <table className="border border-line">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th
                key={index}
                scope="col"
                className="border border-line bg-sunken px-2 py-1 text-left font-medium"
              >
                <Inlines inlines={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} className="border border-line px-2 py-1">
                  <Inlines inlines={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ inlines }: { readonly inlines: readonly Inline[] }): ReactNode {
  return inlines.map((inline, index) => <InlineView key={index} inline={inline} />);
}

function InlineView({ inline }: { readonly inline: Inline }): ReactNode {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'code':
      return <code className="rounded bg-sunken px-1 py-px">{inline.text}</code>;
    case 'strong':
      return <strong>{inline.text}</strong>;
    case 'em':
      return <em>{inline.text}</em>;
    case 'link':
      return (
        <a
          href={inline.href}
          target="_blank"
          rel="noreferrer noopener"
          title={inline.href}
          className="text-accent-text underline"
        >
          {inline.text}
        </a>
      );
  }
}
