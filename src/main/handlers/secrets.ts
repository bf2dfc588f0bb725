import type { MethodHandlers } from '../../shared/api.ts';
import { secretNameSchema, type KeyCheck } from '../../shared/app.ts';
import { AppError } from '../../shared/errors.ts';
import type { AppSecretStore } from '../secrets/create-secret-store.ts';

export interface SecretParts {
  readonly secrets: AppSecretStore;
  /** What a RunPod key may do; asks RunPod, creates nothing. */
  readonly checkKey: (key: string, signal: AbortSignal) => Promise<KeyCheck>;
  /** The RunPod key was set or removed: the cloud the app works with may change. */
  readonly onRunPodKey: () => void;
}

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `secrets.${string}` | 'proxy.key'>>;

export function secretHandlers(parts: SecretParts): Handled {
  const { secrets } = parts;
  return {
    'secrets.status': async () => ({
      secrets: await Promise.all(secretNameSchema.options.map((name) => secrets.status(name))),
    }),
    'secrets.set': async ({ name, value }, signal) => {
      if (name !== 'runpod') return { status: await secrets.set(name, value), check: null };
      const check = await parts.checkKey(value.trim(), signal);
      if (check.problem?.code === 'runpod_key_invalid') {
        throw new AppError('runpod_key_invalid', check.problem.message, { advice: check.problem.advice });
      }
      const status = await secrets.set(name, value);
      parts.onRunPodKey();
      return { status, check };
    },
    'secrets.delete': async ({ name }) => {
      const status = await secrets.delete(name);
      if (name === 'runpod') parts.onRunPodKey();
      return status;
    },
    'secrets.check': async (_input, signal) => {
      const key = await secrets.get('runpod');
      if (key === null) throw new AppError('runpod_key_missing', 'No RunPod key is set.');
      return parts.checkKey(key, signal);
    },
    'proxy.key': async () => ({ key: (await secrets.proxyKey()).key }),
  };
}
