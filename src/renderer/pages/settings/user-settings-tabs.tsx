import { useState, type ReactNode } from 'react';
import { userSettingsSchema, type UserSettings } from '../../../shared/model.ts';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { SwitchRow, TextField } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { WithSettings, type Inside } from './with-settings.tsx';

export function BudgetTab(): ReactNode {
  return (
    <WithSettings>
      {(inside) => <BudgetForm key={JSON.stringify(inside.settings.budget)} {...inside} />}
    </WithSettings>
  );
}

const asText = (limit: number | null): string => (limit === null ? '' : String(limit));
const asLimit = (text: string): number | null => (text.trim() === '' ? null : Number(text));

function BudgetForm({ settings, save }: Inside): ReactNode {
  const [day, setDay] = useState(asText(settings.budget.usdPerDay));
  const [month, setMonth] = useState(asText(settings.budget.usdPerMonth));
  const next = userSettingsSchema.safeParse({
    ...settings,
    budget: { usdPerDay: asLimit(day), usdPerMonth: asLimit(month) },
  });
  const wrong = (field: string): string | null =>
    next.success || !next.error.issues.some((issue) => issue.path.includes(field))
      ? null
      : 'An amount above zero, or empty for no limit.';
  const same = next.success && JSON.stringify(next.data.budget) === JSON.stringify(settings.budget);
  return (
    <Section title="Limits of the whole app">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (next.success && !same) save(next.data);
        }}
      >
        <div className="flex gap-4">
          <TextField
            label="A day"
            unit="$"
            className="w-40"
            inputMode="decimal"
            value={day}
            error={wrong('usdPerDay')}
            onChange={(event) => setDay(event.target.value)}
          />
          <TextField
            label="A month"
            unit="$"
            className="w-40"
            inputMode="decimal"
            value={month}
            error={wrong('usdPerMonth')}
            onChange={(event) => setMonth(event.target.value)}
          />
        </div>
        <p className="mt-3 text-soft">
          At 80 % you are <strong>told</strong>. At 100 % pods are{' '}
          <strong className="text-bad">stopped</strong> and requests no longer start any; nothing is deleted.
          Empty means no limit.
        </p>
        <Button
          type="submit"
          look="primary"
          className="mt-3"
          blocked={!next.success ? 'Correct the amounts first.' : same ? 'Nothing was changed.' : null}
        >
          Save limits
        </Button>
      </form>
    </Section>
  );
}

const CACHE_MODES = [
  { id: 'off', label: 'Off' },
  { id: 'deterministic', label: 'Deterministic' },
  { id: 'all', label: 'All' },
] as const;

export function ProxyTab(): ReactNode {
  const status = useAppStatus((state) => state.status);
  return (
    <WithSettings>
      {({ settings, save }) => (
        <>
          <Section title="Proxy">
            {status !== null && (
              <p className="text-soft">
                Listens on <code className="text-text">{endpointUrl(status)}</code>, this computer only.
              </p>
            )}
            <SwitchRow
              label="Start on request"
              hint="A request for a sleeping deployment rents its hardware."
              checked={settings.proxy.wakeOnRequest}
              onChange={(wakeOnRequest) => save({ ...settings, proxy: { ...settings.proxy, wakeOnRequest } })}
            />
            <SwitchRow
              label="Ollama routes"
              hint="For clients that can send no key: any program on this computer may then use your models."
              checked={settings.proxy.ollamaRoutes}
              onChange={(ollamaRoutes) => save({ ...settings, proxy: { ...settings.proxy, ollamaRoutes } })}
            />
          </Section>
          <Section title="Cache">
            <div className="flex items-center gap-4 py-1.5">
              <div className="grow">
                <p className="font-medium">Which answers are kept</p>
                <p className="text-sm text-soft">
                  Deterministic: only requests with temperature 0 or a seed.
                </p>
              </div>
              <Choice
                label="Which answers are kept"
                options={CACHE_MODES}
                value={settings.cache.mode}
                onChange={(mode) => save({ ...settings, cache: { ...settings.cache, mode } })}
              />
            </div>
            <CacheTime key={settings.cache.ttlMinutes} settings={settings} save={save} />
          </Section>
        </>
      )}
    </WithSettings>
  );
}

function CacheTime({ settings, save }: Inside): ReactNode {
  const [hours, setHours] = useState(String(settings.cache.ttlMinutes / 60));
  const next = userSettingsSchema.safeParse({
    ...settings,
    cache: { ...settings.cache, ttlMinutes: Math.round(Number(hours) * 60) },
  });
  return (
    <TextField
      label="Kept for"
      unit="h"
      className="w-40"
      inputMode="decimal"
      value={hours}
      error={next.success ? null : 'Between one minute and 720 hours.'}
      onChange={(event) => setHours(event.target.value)}
      onBlur={() => {
        if (next.success && next.data.cache.ttlMinutes !== settings.cache.ttlMinutes) save(next.data);
      }}
    />
  );
}

export function NotificationsTab(): ReactNode {
  return (
    <WithSettings>
      {({ settings, save }) => {
        const set = (change: Partial<UserSettings['notifications']>): void =>
          save({ ...settings, notifications: { ...settings.notifications, ...change } });
        return (
          <Section title="Tell me when">
            <SwitchRow
              label="A model is ready"
              checked={settings.notifications.ready}
              onChange={(ready) => set({ ready })}
            />
            <SwitchRow
              label="A model is about to stop for lack of requests"
              checked={settings.notifications.idleSoon}
              onChange={(idleSoon) => set({ idleSoon })}
            />
            <SwitchRow
              label="A model was stopped, with what it cost"
              checked={settings.notifications.stopped}
              onChange={(stopped) => set({ stopped })}
            />
            <p className="pt-1 text-sm text-soft">
              Failures, budgets, orphans and pods that may still bill are always told.
            </p>
          </Section>
        );
      }}
    </WithSettings>
  );
}
