import { useState, type ReactNode } from 'react';
import { navigate, to } from '../../app/router.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { setPreferences } from '../../stores/preferences.ts';
import { EndpointStep } from './endpoint-step.tsx';
import { words } from './messages.ts';
import { ModelStep } from './model-step.tsx';
import { WhereStep } from './where-step.tsx';

type Step = { readonly at: 0 | 1 } | { readonly at: 2; readonly deployment: string };

/** Three decisions from the first start to a working endpoint (SPEC 9). */
export default function Welcome(): ReactNode {
  const [step, setStep] = useState<Step>({ at: 0 });
  const leave = (address: string): void => {
    setPreferences({ welcomed: true });
    navigate(address);
  };
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto max-w-4xl px-6 py-8">
        <h1 tabIndex={-1} className="text-2xl font-semibold tracking-tight">
          {words.title}
        </h1>
        <p className="mt-1 text-soft">{words.lead}</p>
        <ol aria-label={words.stepsLabel} className="mt-5 flex gap-2">
          {words.steps.map((name, index) => (
            <li
              key={name}
              aria-current={index === step.at ? 'step' : undefined}
              className={cx(
                'num grow border-t-2 pt-1.5 text-sm',
                index <= step.at
                  ? 'border-accent-text font-medium text-accent-text'
                  : 'border-line text-faint',
              )}
            >
              {index + 1} · {name}
            </li>
          ))}
        </ol>
        <div className="mt-6">
          {step.at === 0 && <WhereStep onDone={() => setStep({ at: 1 })} />}
          {step.at === 1 && (
            <ModelStep
              onStarted={(deployment) => {
                setPreferences({ welcomed: true });
                setStep({ at: 2, deployment });
              }}
              onOther={() => leave(to.deploy())}
            />
          )}
          {step.at === 2 && <EndpointStep name={step.deployment} onLeave={leave} />}
        </div>
        {step.at < 2 && (
          <Button look="ghost" className="mt-6" onClick={() => leave(to.overview())}>
            {words.skip}
          </Button>
        )}
      </div>
    </div>
  );
}
