import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Choice, labelled } from '../../components/choice.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LinesField, SelectField } from '../../components/field.tsx';
import { useChat } from '../../stores/chat.ts';
import {
  readSchema,
  readTools,
  SCHEMA_EXAMPLE,
  TOOL_EXAMPLES,
  type ToolDraft,
} from '../../view/chat-tools.ts';
import { words } from './messages.ts';

const FORMATS = ['text', 'json', 'schema'] as const;
const EXAMPLES = ['weather', 'files'] as const;

/** What the model may call, and the form its answer must have. Counts at once, for what is asked next. */
export function ToolsDialog({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={words.tools.title} width="lg">
      <div className="space-y-4 px-5 pt-3 pb-5">
        <ToolsEditor />
        <FormatEditor />
        <Button look="primary" onClick={onClose}>
          {words.tools.done}
        </Button>
      </div>
    </Dialog>
  );
}

function change(part: Partial<ToolDraft>): void {
  useChat.setState((state) => ({ tools: { ...state.tools, ...part } }));
}

function ToolsEditor(): ReactNode {
  const draft = useChat((state) => state.tools);
  const w = words.tools;
  const read = readTools(draft.tools);
  const names = read.ok ? read.value.map((tool) => tool.function.name) : [];
  return (
    <div className="space-y-2">
      <LinesField
        data-first-focus
        label={w.label}
        hint={w.hint}
        rows={9}
        value={draft.tools}
        error={read.ok ? null : w.wrong(read.why)}
        onChange={(event) => change({ tools: event.target.value })}
      />
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-sm text-soft">{w.examples}</span>
        {EXAMPLES.map((name) => (
          <Button
            key={name}
            size="sm"
            onClick={() => change({ tools: JSON.stringify(TOOL_EXAMPLES[name], null, 2) })}
          >
            {w.example[name]}
          </Button>
        ))}
        <Button size="sm" look="ghost" onClick={() => change({ tools: '', choice: 'auto' })}>
          {w.none}
        </Button>
      </div>
      {names.length > 0 && (
        <SelectField
          label={w.choice}
          className="max-w-72"
          value={draft.choice}
          onChange={(event) => change({ choice: event.target.value })}
        >
          {(['auto', 'none', 'required'] as const).map((choice) => (
            <option key={choice} value={choice}>
              {w.choices[choice]}
            </option>
          ))}
          {names.map((name) => (
            <option key={name} value={name}>
              {w.only(name)}
            </option>
          ))}
        </SelectField>
      )}
    </div>
  );
}

function FormatEditor(): ReactNode {
  const draft = useChat((state) => state.tools);
  const w = words.tools;
  const read = readSchema(draft.schema);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-4">
        <span className="text-sm font-medium">{w.format}</span>
        <Choice
          label={w.format}
          options={labelled(FORMATS, w.formats)}
          value={draft.format}
          onChange={(format) => {
            const begun = format === 'schema' && draft.schema.trim() === '';
            change({ format, ...(begun ? { schema: JSON.stringify(SCHEMA_EXAMPLE, null, 2) } : {}) });
          }}
        />
      </div>
      {draft.format === 'schema' && (
        <LinesField
          label={w.schema}
          hint={w.schemaHint}
          rows={7}
          value={draft.schema}
          error={read.ok ? null : w.schemaWrong(read.why)}
          onChange={(event) => change({ schema: event.target.value })}
        />
      )}
    </div>
  );
}
