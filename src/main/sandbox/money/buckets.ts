export type BucketSize = 'hour' | 'day' | 'week' | 'month' | 'year';

/** Start of the UTC bucket that holds the instant; weeks begin on Monday. */
export function bucketStart(size: BucketSize, ms: number): number {
  const date = new Date(ms);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (size) {
    case 'hour':
      return Date.UTC(year, month, day, date.getUTCHours());
    case 'day':
      return Date.UTC(year, month, day);
    case 'week':
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
    case 'month':
      return Date.UTC(year, month);
    case 'year':
      return Date.UTC(year, 0);
  }
}

/** Start of the bucket `steps` after the one that holds the instant. */
export function bucketAfter(size: BucketSize, ms: number, steps = 1): number {
  const date = new Date(bucketStart(size, ms));
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (size) {
    case 'hour':
      return date.getTime() + steps * 3_600_000;
    case 'day':
      return Date.UTC(year, month, day + steps);
    case 'week':
      return Date.UTC(year, month, day + 7 * steps);
    case 'month':
      return Date.UTC(year, month + steps);
    case 'year':
      return Date.UTC(year + steps, 0);
  }
}
