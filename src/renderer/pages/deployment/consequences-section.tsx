import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../shared/model.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/surface.tsx';
import { restartEffects, stopEffects, terminateEffects } from '../../view/consequences.ts';
import { words } from './messages.ts';

export function ConsequencesSection({ view }: { readonly view: DeploymentView }): ReactNode {
  const { actions } = useApp();
  return (
    <Section title={words.consequences}>
      <dl className="divide-y divide-line/70">
        <Row verb={words.verbs.stop} effects={stopEffects(view)} />
        <Row verb={words.verbs.restart} effects={restartEffects(view)}>
          {view.actions.includes('restart') && (
            <Button size="sm" onClick={() => void actions.restart(view)}>
              {words.verbs.restartAsk}
            </Button>
          )}
        </Row>
        <Row verb={words.verbs.remove} effects={terminateEffects(view)}>
          {view.actions.includes('terminate') && (
            <Button size="sm" look="danger" onClick={() => void actions.terminate(view)}>
              {words.verbs.removeAsk}
            </Button>
          )}
        </Row>
      </dl>
    </Section>
  );
}

function Row({
  verb,
  effects,
  children,
}: {
  readonly verb: string;
  readonly effects: readonly string[];
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="flex items-start gap-4 py-2">
      <dt className="w-16 shrink-0 font-medium">{verb}</dt>
      <dd className="grow text-soft">{effects.join(' ')}</dd>
      <dd>{children}</dd>
    </div>
  );
}
