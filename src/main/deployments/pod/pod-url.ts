/** The public address of a pod's port, without a trailing slash. */
export function podUrl(template: string, podId: string, port: number): string {
  return template.replace('{podId}', podId).replace('{port}', String(port)).replace(/\/$/, '');
}
