/** The name, or the first of "name 2", "name 3", … that no key has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let count = 2; taken.includes(name); count++) name = `${wanted} ${count}`;
  return name;
}
