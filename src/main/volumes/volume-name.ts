/**
 * Names of volumes made by this app: `rplm-cache-<model>`. The name finds a volume again whose create was answered to
 * nobody, and tells the next deployment of the model that there is one.
 */
const PREFIX = 'rplm-cache-';
const PATTERN = /^rplm-cache-([\w.-]+)$/;

/** Model ids hold neither `--` nor `..` (Hugging Face refuses them), so that two models never share a name. */
export function volumeName(model: string): string {
  const plain = model.replaceAll('/', '--').replaceAll(':', '..');
  return PREFIX + plain.replaceAll(/[^\w.-]/g, '_');
}

/** null = not named by this app. */
export function modelOfVolume(name: string): string | null {
  return PATTERN.exec(name)?.[1]?.replaceAll('--', '/').replaceAll('..', ':') ?? null;
}
