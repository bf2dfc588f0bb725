import { SendHorizontal, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { LinesField } from '../../components/field.tsx';
import { Markdown } from '../../components/markdown.tsx';
import {
  beginNext,
  giveResult,
  isRunning,
  type Answer,
  type Step,
  type ToolCall,
} from '../../stores/chat.ts';
import { prettyJson } from '../../view/chat-tools.ts';
import { latency } from '../../view/format.ts';
import { words } from './messages.ts';

/** What an answer said and called before it was given results. */
export function PastStep({ step }: { readonly step: Step }): ReactNode {
  return (
    <div className="mb-3 space-y-2">
      {step.reasoning !== '' && <Thinking text={step.reasoning} ms={step.thoughtMs} />}
      <Markdown text={step.text} />
      {step.calls.map((call) => (
        <CallCard key={call.id} call={call}>
          <p className="border-t border-line px-3 pt-1.5 text-sm text-soft">{words.call.answered}</p>
          <pre className="px-3 pb-2 text-sm break-words whitespace-pre-wrap">{call.result}</pre>
        </CallCard>
      ))}
    </div>
  );
}

/** The calls of an answer as they are written; then a box for each result, and a way to go on. */
export function OpenCalls({
  answer,
  open,
}: {
  readonly answer: Answer;
  /** Results can be given: it is the last answer. */
  readonly open: boolean;
}): ReactNode {
  const { chat } = useApp();
  const w = words.call;
  if (answer.calls.length === 0) return null;
  const running = isRunning(answer);
  const missing = answer.calls.some(({ result }) => result.trim() === '');
  return (
    <form
      className="mt-2 space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (beginNext(answer.id)) chat.ask(answer.model, answer.id);
      }}
    >
      {answer.calls.map((call) => (
        <CallCard key={call.id} call={call} writing={running}>
          {!running && open && (
            <LinesField
              label={w.result(call.name)}
              hint={w.resultHint}
              rows={2}
              className="border-t border-line px-3 py-2"
              value={call.result}
              onChange={(event) => giveResult(answer.id, call.id, event.target.value)}
            />
          )}
        </CallCard>
      ))}
      {!running && open && (
        <Button
          type="submit"
          look="primary"
          icon={<SendHorizontal size={14} aria-hidden />}
          blocked={missing ? w.first : null}
        >
          {w.goOn}
        </Button>
      )}
    </form>
  );
}

function CallCard({
  call,
  writing = false,
  children,
}: {
  readonly call: ToolCall;
  readonly writing?: boolean;
  readonly children?: ReactNode;
}): ReactNode {
  const name = call.name === '' ? words.call.unnamed : call.name;
  return (
    <div role="group" aria-label={words.call.of(name)} className="rounded-lg border border-line bg-surface">
      <p className="flex items-center gap-2 px-3 pt-2 text-sm">
        <Wrench size={14} aria-hidden className="text-accent-text" />
        <code className="font-semibold">{name}</code>
        {writing && <span className="text-soft">{words.call.writing}</span>}
      </p>
      <pre className="px-3 pt-1 pb-2 text-sm break-words whitespace-pre-wrap">
        {writing ? call.arguments : prettyJson(call.arguments)}
      </pre>
      {children}
    </div>
  );
}

/** What the model thought, folded. */
export function Thinking({
  text,
  ms,
}: {
  readonly text: string;
  /** How long; null while it goes on. */
  readonly ms: number | null;
}): ReactNode {
  return (
    <details className="mb-2">
      <summary className="num text-sm text-soft">
        {ms === null ? words.thinking : `${words.thinking} (${latency(ms)})`}
      </summary>
      <p className="border-l-2 border-line pl-3 text-sm whitespace-pre-wrap text-soft">{text}</p>
    </details>
  );
}
