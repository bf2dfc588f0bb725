import type { ReactNode } from 'react';
import { TextField } from '../../components/field.tsx';
import { useChat } from '../../stores/chat.ts';
import type { ChatParams } from '../../view/code-samples.ts';
import { words } from './messages.ts';

const FIELDS = ['temperature', 'topP', 'maxTokens', 'seed'] as const satisfies readonly (keyof ChatParams)[];

export function ParamsPanel(): ReactNode {
  const system = useChat((state) => state.system);
  const params = useChat((state) => state.params);
  return (
    <aside
      aria-label={words.params}
      className="w-64 shrink-0 space-y-3 overflow-y-auto border-l @max-2xl:max-h-56 @max-2xl:w-auto border-line bg-surface p-4"
    >
      <label className="block">
        <span className="mb-1 block text-sm font-medium">{words.system}</span>
        <textarea
          rows={5}
          className="field h-auto w-full py-1.5"
          value={system}
          onChange={(event) => useChat.setState({ system: event.target.value })}
        />
      </label>
      {FIELDS.map((key) => (
        <TextField
          key={key}
          label={words.fields[key].label}
          hint={words.fields[key].hint}
          inputMode="decimal"
          placeholder={words.unset}
          value={params[key]}
          error={params[key].trim() !== '' && Number.isNaN(Number(params[key])) ? words.mustBeNumber : null}
          onChange={(event) => useChat.setState({ params: { ...params, [key]: event.target.value } })}
        />
      ))}
    </aside>
  );
}
