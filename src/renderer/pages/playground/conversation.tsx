import { Pencil, RotateCw } from 'lucide-react';
import { Fragment, memo, useEffect, useRef, type ReactNode } from 'react';
import { copy } from '../../app/actions.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { Markdown } from '../../components/markdown.tsx';
import { StateShape } from '../../components/state-badge.tsx';
import { EmptyState, ProblemPanel } from '../../components/surface.tsx';
import { isRunning, roundsOf, useChat, type Answer, type Round } from '../../stores/chat.ts';
import { jsonAsCode } from '../../view/chat-tools.ts';
import { count, latency, usdFine } from '../../view/format.ts';
import { OpenCalls, PastStep, Thinking } from './call-cards.tsx';
import { words } from './messages.ts';

const NEAR_END = 80;

export function Conversation({
  busy,
  onAgain,
  onEdit,
}: {
  readonly busy: boolean;
  readonly onEdit: () => void;
  /** Begins an answer of the last round anew. */
  readonly onAgain: (answer: Answer) => void;
}): ReactNode {
  const turns = useChat((state) => state.turns);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const rounds = roundsOf(turns);
  const wide = rounds.some(({ answers }) => answers.length > 1);
  useEffect(() => {
    if (turns.length > 0 && atEnd.current && box.current !== null)
      box.current.scrollTop = box.current.scrollHeight;
  }, [turns]);
  return (
    <div
      ref={box}
      role="log"
      aria-label={words.transcript}
      aria-live="off"
      aria-busy={busy}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable region must be reachable by key
      tabIndex={0}
      className="min-h-0 grow overflow-y-auto px-5 py-4 focus-visible:-outline-offset-2"
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      <div className={cx('mx-auto space-y-5', wide ? 'max-w-6xl' : 'max-w-3xl')}>
        {turns.length === 0 && (
          <EmptyState title={words.begin}>
            <p>{words.beginText}</p>
          </EmptyState>
        )}
        {rounds.map(({ question, answers }, index) => (
          <Fragment key={question?.id ?? answers[0]?.id ?? index}>
            {question !== null && (
              <Question question={question} onEdit={index === rounds.length - 1 && !busy ? onEdit : null} />
            )}
            <div className={answers.length > 1 ? 'grid grid-cols-2 gap-6 @max-2xl:grid-cols-1' : ''}>
              {answers.map((answer) => (
                <AnswerView
                  key={answer.id}
                  answer={answer}
                  named={answers.length > 1}
                  last={index === rounds.length - 1 && question !== null}
                  busy={busy}
                  onAgain={onAgain}
                />
              ))}
            </div>
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function Question({
  question: { text, images },
  onEdit,
}: {
  readonly question: NonNullable<Round['question']>;
  /** null = it cannot be edited now. */
  readonly onEdit: (() => void) | null;
}): ReactNode {
  const writing = useChat((state) => state.text.trim() !== '' || state.images.length > 0);
  return (
    <div className="group flex items-start justify-end gap-2">
      {onEdit !== null && (
        <Button
          size="sm"
          look="ghost"
          icon={<Pencil size={13} aria-hidden />}
          blocked={writing ? words.editBlocked : null}
          onClick={onEdit}
        >
          {words.edit}
        </Button>
      )}
      <article
        aria-label={words.you}
        className="w-fit max-w-[85%] space-y-2 rounded-lg bg-accent-soft px-3.5 py-2 whitespace-pre-wrap break-words"
      >
        {images.length > 0 && (
          <div className="flex flex-wrap justify-end gap-2">
            {images.map(({ name, url }) => (
              <img
                key={url}
                src={url}
                alt={words.image.shown(name)}
                className="max-h-48 max-w-full rounded"
              />
            ))}
          </div>
        )}
        {text}
      </article>
    </div>
  );
}

const AnswerView = memo(function AnswerView({
  answer,
  named,
  last,
  busy,
  onAgain,
}: {
  readonly answer: Answer;
  /** Its model stands above it. */
  readonly named: boolean;
  readonly last: boolean;
  readonly busy: boolean;
  readonly onAgain: (answer: Answer) => void;
}): ReactNode {
  return (
    <article aria-label={named ? `${words.model} ${answer.model}` : words.model} className="min-w-0">
      {named && <h2 className="mb-1.5 border-b border-line pb-1 font-semibold">{answer.model}</h2>}
      {answer.past.map((step, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- steps are only ever added
        <PastStep key={index} step={step} />
      ))}
      {answer.reasoning !== '' && <Thinking text={answer.reasoning} ms={answer.thoughtMs} />}
      <Markdown text={isRunning(answer) ? answer.text : jsonAsCode(answer.text)} />
      <OpenCalls answer={answer} open={last} />
      {answer.state === 'waiting' && (
        <p className="flex items-center gap-2 text-soft">
          <StateShape shape="half" tone="busy" /> {answer.detail ?? words.waiting}
        </p>
      )}
      {answer.problem !== null && <ProblemPanel problem={answer.problem} />}
      {!isRunning(answer) && (
        <div className={cx('mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft')}>
          <AnswerFacts answer={answer} />
          {answer.text !== '' && (
            <Button size="sm" look="ghost" onClick={() => void copy(answer.text, words.answer)}>
              {words.copyAnswer}
            </Button>
          )}
          {last && !busy && (
            <Button
              size="sm"
              look="ghost"
              icon={<RotateCw size={13} aria-hidden />}
              onClick={() => onAgain(answer)}
            >
              {words.again}
            </Button>
          )}
        </div>
      )}
    </article>
  );
});

/** First token, speed, tokens and price: what each answer took. */
function AnswerFacts({ answer }: { readonly answer: Answer }): ReactNode {
  const { request } = answer;
  return (
    <>
      {request !== null && (
        <p className="num">
          {[
            words.firstToken(latency(request.firstTokenMs)),
            request.tokensPerSecond === null ? null : `${Math.round(request.tokensPerSecond)} tok/s`,
            `${count(request.inputTokens)} → ${count(request.outputTokens)} tok`,
            usdFine(request.usd),
            request.cache === 'hit' ? words.fromCache : null,
          ]
            .filter((fact) => fact !== null)
            .join(' · ')}
        </p>
      )}
      {answer.state === 'stopped' && <p>{words.stopped}</p>}
      {answer.finishReason === 'length' && <p className="text-warn">{words.cut}</p>}
    </>
  );
}
