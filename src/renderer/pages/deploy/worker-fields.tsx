import type { ReactNode } from 'react';
import { SelectField, TextField } from '../../components/field.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { endpointTypeOf, type Draft, type DraftErrors } from '../../view/deploy-draft.ts';
import { words } from './messages.ts';

/** How many workers an endpoint may have, keeps and ends. */
export function WorkerFields({
  draft,
  errors,
}: {
  readonly draft: Draft;
  readonly errors: DraftErrors;
}): ReactNode {
  const w = words.workers;
  return (
    <fieldset className="flex flex-wrap gap-3 px-4 pb-3">
      <legend className="sr-only">{w.title}</legend>
      <SelectField
        label={w.type}
        className="w-64"
        value={endpointTypeOf(draft)}
        onChange={(event) =>
          changeDraft({ endpointType: event.target.value === 'LOAD_BALANCER' ? 'LOAD_BALANCER' : 'QUEUE' })
        }
      >
        {draft.backend === 'vllm' && <option value="QUEUE">{w.types.QUEUE}</option>}
        <option value="LOAD_BALANCER">{w.types.LOAD_BALANCER}</option>
      </SelectField>
      <TextField
        label={w.most}
        className="w-24"
        inputMode="numeric"
        value={draft.maxWorkers}
        error={errors.maxWorkers ?? null}
        onChange={(event) => changeDraft({ maxWorkers: event.target.value })}
      />
      <TextField
        label={w.kept}
        className="w-40"
        inputMode="numeric"
        value={draft.minWorkers}
        hint={w.keptHint}
        error={errors.minWorkers ?? null}
        onChange={(event) => changeDraft({ minWorkers: event.target.value })}
      />
      <TextField
        label={w.idle}
        className="w-44"
        unit={w.idleUnit}
        inputMode="numeric"
        value={draft.workerIdleSeconds}
        error={errors.workerIdleSeconds ?? null}
        onChange={(event) => changeDraft({ workerIdleSeconds: event.target.value })}
      />
    </fieldset>
  );
}
