import { useState, type ReactNode } from 'react';
import { userSettingsSchema, type UserSettings } from '../../../shared/model.ts';
import { Button } from '../../components/button.tsx';
import { Choice, labelled } from '../../components/choice.tsx';
import { SwitchRow, TextField } from '../../components/field.tsx';
import { Section } from '../../components/surface.tsx';
import { useAppStatus } from '../../stores/app-status.ts';
import { endpointUrl } from '../../view/endpoint.ts';
import { QuietHoursSection } from './quiet-hours-section.tsx';
import { WithSettings, type Inside } from './with-settings.tsx';
import { words } from './messages.ts';

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
      : words.limits.wrong;
  const same = next.success && JSON.stringify(next.data.budget) === JSON.stringify(settings.budget);
  return (
    <Section title={words.limits.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (next.success && !same) save(next.data);
        }}
      >
        <div className="flex gap-4">
          <TextField
            label={words.limits.day}
            unit="$"
            className="w-40"
            inputMode="decimal"
            value={day}
            error={wrong('usdPerDay')}
            onChange={(event) => setDay(event.target.value)}
          />
          <TextField
            label={words.limits.month}
            unit="$"
            className="w-40"
            inputMode="decimal"
            value={month}
            error={wrong('usdPerMonth')}
            onChange={(event) => setMonth(event.target.value)}
          />
        </div>
        <p className="mt-3 text-soft">
          {words.limits.at80} <strong>{words.limits.told}</strong>
          {words.limits.at100} <strong className="text-bad">{words.limits.stopped}</strong>{' '}
          {words.limits.rest}
        </p>
        <Button
          type="submit"
          look="primary"
          className="mt-3"
          blocked={!next.success ? words.limits.correct : same ? words.limits.same : null}
        >
          {words.limits.save}
        </Button>
      </form>
    </Section>
  );
}

const CACHE_MODES = ['off', 'deterministic', 'all'] as const;

export function ProxyTab(): ReactNode {
  const status = useAppStatus((state) => state.status);
  return (
    <WithSettings resets={['proxy.wakeOnRequest', 'proxy.ollamaRoutes', 'cache.mode', 'cache.ttlMinutes']}>
      {({ settings, save }) => (
        <>
          <Section title={words.proxy.title}>
            {status !== null && (
              <p className="text-soft">
                {words.proxy.listens} <code className="text-text">{endpointUrl(status)}</code>
                {words.proxy.localOnly}
              </p>
            )}
            <SwitchRow
              label={words.proxy.wake}
              hint={words.proxy.wakeHint}
              checked={settings.proxy.wakeOnRequest}
              onChange={(wakeOnRequest) => save({ ...settings, proxy: { ...settings.proxy, wakeOnRequest } })}
            />
            <SwitchRow
              label={words.proxy.ollama}
              hint={words.proxy.ollamaHint}
              checked={settings.proxy.ollamaRoutes}
              onChange={(ollamaRoutes) => save({ ...settings, proxy: { ...settings.proxy, ollamaRoutes } })}
            />
          </Section>
          <Section title={words.cache.title}>
            <div className="flex items-center gap-4 py-1.5">
              <div className="grow">
                <p className="font-medium">{words.cache.which}</p>
                <p className="text-sm text-soft">{words.cache.whichHint}</p>
              </div>
              <Choice
                label={words.cache.which}
                options={labelled(CACHE_MODES, words.cache.modes)}
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
      label={words.cache.time}
      unit="h"
      className="w-40"
      inputMode="decimal"
      value={hours}
      error={next.success ? null : words.cache.timeRange}
      onChange={(event) => setHours(event.target.value)}
      onBlur={() => {
        if (next.success && next.data.cache.ttlMinutes !== settings.cache.ttlMinutes) save(next.data);
      }}
    />
  );
}

export function NotificationsTab(): ReactNode {
  return (
    <WithSettings
      resets={[
        'notifications.ready',
        'notifications.idleSoon',
        'notifications.stopped',
        'notifications.quietHours',
      ]}
    >
      {({ settings, save }) => {
        const set = (change: Partial<UserSettings['notifications']>): void =>
          save({ ...settings, notifications: { ...settings.notifications, ...change } });
        return (
          <>
            <Section title={words.tell.title}>
              <SwitchRow
                label={words.tell.ready}
                checked={settings.notifications.ready}
                onChange={(ready) => set({ ready })}
              />
              <SwitchRow
                label={words.tell.idleSoon}
                checked={settings.notifications.idleSoon}
                onChange={(idleSoon) => set({ idleSoon })}
              />
              <SwitchRow
                label={words.tell.stopped}
                checked={settings.notifications.stopped}
                onChange={(stopped) => set({ stopped })}
              />
              <p className="pt-1 text-sm text-soft">{words.tell.always}</p>
            </Section>
            <QuietHoursSection settings={settings} save={save} />
          </>
        );
      }}
    </WithSettings>
  );
}
