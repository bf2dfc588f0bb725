/**
 * Builds as a release is built. Test runners set NODE_ENV to `test`, by which React's development build would be bundled:
 * half as large again, slower, and left behind for whoever starts the app next.
 */
export async function asShipped<T>(build: () => Promise<T>): Promise<T> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await build();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
