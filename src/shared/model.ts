/**
 * The nouns of the product, as both main and renderer speak of them. Schemas are values: types, the published JSON
 * Schema, the CLI's `--json` and the doubles in tests derive from here. Durations end in Ms, Seconds or Minutes, money
 * in Usd, sizes in GiB or Gb; instants are ISO 8601 strings.
 */

export * from './common.ts';
export * from './deployment.ts';
export * from './schedule.ts';
export * from './plan.ts';
export * from './costs.ts';
export * from './sweep.ts';
export * from './app.ts';
export * from './activity.ts';
export * from './user-settings.ts';
