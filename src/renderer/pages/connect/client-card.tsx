import { Info, TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ClientSheet } from '../../../shared/clients/clients.ts';
import { writesFile } from '../../../shared/clients/files.ts';
import type { DeploymentView } from '../../../shared/model.ts';
import { copy, tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { to } from '../../app/router.ts';
import { buttonClass } from '../../components/button.tsx';
import { CodeBlock } from '../../components/copy-field.tsx';
import { Tag } from '../../components/surface.tsx';
import {
  shownSnippets,
  snippetWithKey,
  unfitness,
  type ConnectTarget,
  type ShownSnippet,
} from '../../view/connect.ts';
import { CheckSection } from './check-section.tsx';
import { FileSection } from './file-section.tsx';
import { Handshake } from './handshake.tsx';
import { words } from './messages.ts';
import { OwnKeyRow, type OwnKey } from './own-key.tsx';
import { CoreText } from '../../components/core-text.tsx';

export function ClientCard({
  sheet,
  target,
  view,
  keyHint,
  goneModel,
  onFile,
}: {
  readonly sheet: ClientSheet;
  readonly target: ConnectTarget;
  readonly view: DeploymentView | undefined;
  readonly keyHint: string;
  /** What its file points at, where that is no longer there. */
  readonly goneModel: string | null;
  /** A file was written or put back. */
  readonly onFile: () => void;
}): ReactNode {
  const [ownKey, setOwnKey] = useState<OwnKey | null>(null);
  const [hasChecked, setHasChecked] = useState(false);
  const snippets = shownSnippets(sheet, target, ownKey?.hint ?? keyHint);
  const heard = sheet.way === 'impossible' ? undefined : view;
  const warning = view === undefined ? null : unfitness(sheet, view.spec.contextTokens);
  return (
    <section aria-labelledby="client-name" className="min-w-0 grow space-y-4 overflow-y-auto px-6 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="client-name" className="text-lg font-semibold">
          {sheet.name}
        </h2>
        <Tag tone={sheet.way === 'impossible' ? 'bad' : 'accent'}>{words.ways[sheet.way]}</Tag>
      </div>
      {heard !== undefined && (
        <Handshake key={`heard ${heard.id}`} sheet={sheet} view={heard} hasChecked={hasChecked} />
      )}
      {warning !== null && view !== undefined && (
        <p className="flex items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <TriangleAlert size={15} aria-hidden /> <span className="grow">{warning}</span>
          <a href={to.deployment(view.name, 'settings')} className={buttonClass('secondary', 'sm')}>
            {words.raise}
          </a>
        </p>
      )}
      {goneModel !== null && (
        <p className="flex items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <TriangleAlert size={15} aria-hidden /> {words.file.gone(goneModel, target.model)}
        </p>
      )}
      {writesFile(sheet.id) && view !== undefined && (
        <FileSection key={view.id} client={sheet.id} name={sheet.name} view={view} onFile={onFile} />
      )}
      {sheet.way !== 'impossible' && <OwnKeyRow client={sheet.name} made={ownKey} onMade={setOwnKey} />}
      {snippets.map((snippet) => (
        <SnippetView key={snippet.text} snippet={snippet} client={sheet.name} ownKey={ownKey} />
      ))}
      {sheet.notes.length > 0 && (
        <ul className="space-y-1">
          {sheet.notes.map((note) => (
            <li key={note} className="flex gap-2 text-soft">
              <Info size={15} aria-hidden className="mt-0.5" /> <CoreText text={note} />
            </li>
          ))}
        </ul>
      )}
      {heard !== undefined && (
        <CheckSection
          key={`check ${heard.id}`}
          clientId={sheet.id}
          clientName={sheet.name}
          view={heard}
          onStart={() => setHasChecked(true)}
        />
      )}
    </section>
  );
}

function SnippetView({
  snippet,
  client,
  ownKey,
}: {
  readonly snippet: ShownSnippet;
  readonly client: string;
  readonly ownKey: OwnKey | null;
}): ReactNode {
  const { client: core } = useApp();
  const what = `${client} ${words.languages[snippet.language]}`;
  const copySnippet = async (): Promise<void> => {
    try {
      const key = snippet.hasKey ? (ownKey?.secret ?? (await core.call('proxy.key', {})).key) : '';
      await copy(snippetWithKey(snippet, key), snippet.hasKey ? words.withKey(what, ownKey?.name) : what);
    } catch (error) {
      tell(error, words.notCopied(what));
    }
  };
  return (
    <div>
      <h3 className="mb-1 text-sm text-soft">
        {snippet.place === null ? words.places[snippet.language] : <CoreText text={snippet.place} />}
      </h3>
      <CodeBlock label={what} text={snippet.text} shown={snippet.shown} onCopy={() => void copySnippet()} />
      {snippet.hasKey && (
        <p className="mt-1 text-sm text-faint">
          {ownKey === null ? words.includesKey : words.own.carries(ownKey.name)}
        </p>
      )}
    </div>
  );
}
