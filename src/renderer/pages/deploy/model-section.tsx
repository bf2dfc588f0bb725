import type { ReactNode } from 'react';
import type { ModelHit, Plan } from '../../../shared/model.ts';
import { useCall } from '../../app/use-call.ts';
import { useDebounced } from '../../app/use-debounced.ts';
import { Combobox, type ComboOption } from '../../components/combobox.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { Section, Tag } from '../../components/surface.tsx';
import { changeDraft } from '../../stores/draft.ts';
import { draftName, type Draft, type DraftErrors } from '../../view/deploy-draft.ts';
import { contextSize, count, gib } from '../../view/format.ts';
import { words } from './messages.ts';

const CONTEXTS = [4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144];
const SEARCH_AFTER_MS = 250;

export function ModelSection({
  draft,
  errors,
  plan,
}: {
  readonly draft: Draft;
  readonly errors: DraftErrors;
  readonly plan: Plan | null;
}): ReactNode {
  const query = useDebounced(draft.model, SEARCH_AFTER_MS);
  const found = useCall('models.search', { query: query.trim(), backend: draft.backend });
  const w = words.model;
  const contexts = CONTEXTS.includes(draft.contextTokens)
    ? CONTEXTS
    : [...CONTEXTS, draft.contextTokens].toSorted((a, b) => a - b);
  return (
    <Section title={`1 · ${w.title}`}>
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1.1fr)_8.2rem_6.6rem] gap-3 @max-3xl:grid-cols-2">
        <Combobox
          label={w.label}
          value={draft.model}
          options={(found.value?.models ?? []).map(option)}
          placeholder={w.placeholder}
          hint={plan === null ? w.hint : <PlanFacts plan={plan} />}
          error={draft.model === '' ? null : (errors.model ?? null)}
          onChange={(model) => changeDraft({ model, chosen: null, fallbackUsd: null })}
        />
        <TextField
          label={w.name}
          value={draft.name}
          placeholder={draft.model === '' ? '' : draftName(draft)}
          hint={w.nameHint}
          error={errors.name ?? null}
          spellCheck={false}
          onChange={(event) => changeDraft({ name: event.target.value })}
        />
        <SelectField
          label={w.context}
          value={draft.contextTokens}
          onChange={(event) => changeDraft({ contextTokens: Number(event.target.value), chosen: null })}
        >
          {contexts.map((tokens) => (
            <option key={tokens} value={tokens}>
              {contextSize(tokens)} {words.tokens}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={w.backend}
          value={draft.backend}
          onChange={(event) =>
            changeDraft({ backend: event.target.value === 'ollama' ? 'ollama' : 'vllm', chosen: null })
          }
        >
          <option value="vllm">vLLM</option>
          <option value="ollama">Ollama</option>
        </SelectField>
      </div>
    </Section>
  );
}

function option(hit: ModelHit): ComboOption {
  const facts = [
    hit.parametersB === null ? null : words.parameters(count(hit.parametersB)),
    hit.contextTokens === null ? null : words.contextOf(contextSize(hit.contextTokens)),
    hit.gated ? words.needsLicence : null,
    hit.note,
  ];
  return {
    value: hit.id,
    note: facts.filter((fact) => fact !== null).join(' · '),
    group: words.sources[hit.source],
  };
}

function PlanFacts({ plan }: { readonly plan: Plan }): ReactNode {
  return (
    <span className="num flex flex-wrap items-center gap-x-2">
      {words.needs} {gib(plan.memory.needGiB)} {words.perGpu}
      {!plan.factsComplete && <Tag tone="warn">{words.estimate}</Tag>}
    </span>
  );
}
