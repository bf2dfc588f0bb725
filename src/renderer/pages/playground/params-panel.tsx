import type { ReactNode } from 'react';
import { TextField } from '../../components/field.tsx';
import { useChat } from '../../stores/chat.ts';
import type { ChatParams } from '../../view/code-samples.ts';
import { words } from './messages.ts';

const FIELDS = [
  { key: 'temperature', label: 'Temperature', hint: '0 repeats itself and can be cached.' },
  { key: 'topP', label: 'Top P', hint: 'Between 0 and 1.' },
  { key: 'maxTokens', label: 'Most tokens', hint: 'Where an answer is cut off.' },
  { key: 'seed', label: 'Seed', hint: 'A whole number; same seed, same answer.' },
] as const satisfies readonly { key: keyof ChatParams; label: string; hint: string }[];

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
      {FIELDS.map(({ key, label, hint }) => (
        <TextField
          key={key}
          label={label}
          hint={hint}
          inputMode="decimal"
          placeholder={words.unset}
          value={params[key]}
          error={params[key].trim() !== '' && Number.isNaN(Number(params[key])) ? 'Must be a number.' : null}
          onChange={(event) => useChat.setState({ params: { ...params, [key]: event.target.value } })}
        />
      ))}
    </aside>
  );
}
