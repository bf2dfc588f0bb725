import { CircleCheck, CircleX, Info, Radio, TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { fitness, withHint, withToken } from '../../../shared/connect/clients.ts';
import { TOKEN_MARK, type ClientSheet, type Snippet } from '../../../shared/connect/sheet.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { copy, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { now } from '../../app/clock.ts';
import { to } from '../../app/router.ts';
import { buttonClass } from '../../components/button.tsx';
import { CodeBlock } from '../../components/copy-field.tsx';
import { Tag } from '../../components/surface.tsx';
import { useTraffic } from '../../stores/traffic.ts';
import { latency } from '../../view/format.ts';
import { words } from './messages.ts';

export function ClientCard({
  sheet,
  view,
  keyHint,
}: {
  readonly sheet: ClientSheet;
  readonly view: DeploymentView | undefined;
  readonly keyHint: string;
}): ReactNode {
  const warnings = view === undefined ? [] : fitness(sheet, view.spec.contextTokens);
  return (
    <section aria-labelledby="client-name" className="min-w-0 grow space-y-4 overflow-y-auto px-6 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="client-name" className="text-lg font-semibold">
          {sheet.name}
        </h2>
        <Tag tone={sheet.support === 'impossible' ? 'bad' : 'accent'}>{words.support[sheet.support]}</Tag>
        <Tag>{words.protocol[sheet.protocol]}</Tag>
        {sheet.testedWith !== null && <Tag tone="ok">{words.tested(sheet.testedWith)}</Tag>}
        {!sheet.maintained && <Tag tone="warn">{words.unmaintained}</Tag>}
      </div>
      {warnings.map((warning) => (
        <p key={warning} className="flex items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <TriangleAlert size={15} aria-hidden /> <span className="grow">{warning}</span>
          {view !== undefined && (
            <a href={to.deployment(view.name, 'settings')} className={buttonClass('secondary', 'sm')}>
              {words.raise}
            </a>
          )}
        </p>
      ))}
      {sheet.steps.length > 0 && (
        <ol className="list-decimal space-y-1 pl-5">
          {sheet.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {sheet.snippets.map((snippet) => (
        <SnippetView key={snippet.title} snippet={snippet} keyHint={keyHint} client={sheet.name} />
      ))}
      {sheet.notes.length > 0 && (
        <ul className="space-y-1">
          {sheet.notes.map((note) => (
            <li key={note} className="flex gap-2 text-soft">
              <Info size={15} aria-hidden className="mt-0.5" /> {note}
            </li>
          ))}
        </ul>
      )}
      {sheet.support !== 'impossible' && view !== undefined && <Handshake view={view} />}
    </section>
  );
}

function SnippetView({
  snippet,
  keyHint,
  client,
}: {
  readonly snippet: Snippet;
  readonly keyHint: string;
  readonly client: string;
}): ReactNode {
  const { client: core } = useApp();
  const secret = snippet.text.includes(TOKEN_MARK);
  const what = `${client} ${snippet.title.toLowerCase()}`;
  const copySnippet = async (): Promise<void> => {
    try {
      const { key } = secret ? await core.call('proxy.key', {}) : { key: '' };
      await copy(withToken(snippet.text, key), secret ? `${what}, with your local key,` : what);
    } catch (error) {
      tell(error, `Could not copy ${what}`);
    }
  };
  return (
    <div>
      <h3 className="mb-1 text-sm">
        <span className="font-medium">{snippet.title}</span>{' '}
        <span className="text-soft">in {snippet.where}</span>
      </h3>
      <CodeBlock
        label={what}
        text={snippet.text}
        shown={withHint(snippet.text, keyHint)}
        onCopy={() => void copySnippet()}
      />
      {secret && <p className="mt-1 text-sm text-faint">{words.includesKey}</p>}
    </div>
  );
}

/** The first request after the card was opened says that it works: nothing is started to find out (CLIENTS 2.8). */
function Handshake({ view }: { readonly view: DeploymentView }): ReactNode {
  const [since] = useState(now);
  const request = useTraffic((state) =>
    state.recent?.find(
      (known) =>
        Date.parse(known.at) >= since &&
        (known.deployment === view.name || view.models.includes(known.model)),
    ),
  );
  if (request === undefined) {
    return (
      <p role="status" className="flex items-center gap-2 rounded-md border border-line px-3 py-2">
        <Radio size={15} aria-hidden className="text-busy" /> {words.waiting}{' '}
        <span className="text-soft">{words.waitingText}</span>
      </p>
    );
  }
  const good = request.outcome === 'ok';
  return (
    <p role="status" className="flex items-center gap-2 rounded-md border border-line px-3 py-2 font-medium">
      {good ? (
        <CircleCheck size={15} aria-hidden className="text-ok" />
      ) : (
        <CircleX size={15} aria-hidden className="text-bad" />
      )}
      {good
        ? words.heard(request.client ?? 'a client', latency(request.firstTokenMs ?? request.totalMs))
        : words.heardFailed(request.errorCode ?? String(request.status))}
    </p>
  );
}
