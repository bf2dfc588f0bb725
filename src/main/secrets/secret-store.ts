import type { SecretName, SecretStatus } from '../../shared/model.ts';

/**
 * Where secrets live (SPEC 1.4). Values never appear in logs, config, errors, URLs or the renderer.
 * Reading order: environment over keychain over memory, so that a server can be set up without a keychain.
 */
export interface SecretStore {
  /** null = not set anywhere. */
  get(name: SecretName): Promise<string | null>;
  /** @throws AppError keychain_unavailable when it could not be kept safely. */
  set(name: SecretName, value: string): Promise<SecretStatus>;
  delete(name: SecretName): Promise<SecretStatus>;
  status(name: SecretName): Promise<SecretStatus>;
  /** Whether the OS keychain works here, and why not. */
  keychain(): Promise<{ readonly available: boolean; readonly reason: string | null }>;
}
