import { z } from 'zod';
import { bridgeSchema, fallbacksSchema, userTargetSchema } from '../../shared/targets.ts';

const limit = (what: string) =>
  z.int().min(1).max(100_000_000).nullable().default(null).describe(`${what}; null = no limit.`);

const seconds = (fallback: number, what: string) =>
  z.number().positive().max(86_400).default(fallback).describe(what);

/** The proxy's part of the configuration (SPEC 4). */
export const proxyConfigSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; anything but loopback needs keys.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(27_182)
    .describe('Port of the OpenAI-compatible endpoint; 0 = any free one.'),
  defaultModel: z.string().nullable().default(null).describe('Answers requests that name no model.'),
  requireKey: z.boolean().default(true),
  allowedOrigins: z
    .array(z.string())
    .max(100)
    .default([])
    .describe('Web origins that may call the proxy, such as http://localhost:3000; compared exactly.'),
  allowedHosts: z
    .array(z.string().regex(/^[A-Za-z0-9.[\]:-]+$/))
    .max(50)
    .default([])
    .describe('More host names clients may use, such as host.docker.internal; compared exactly.'),
  maxBodyMb: z.number().positive().max(512).default(64),
  maxConnections: z.int().min(1).max(100_000).default(2048),
  wakeTimeoutSeconds: z.number().positive().max(7200).default(900),
  wakesPerHour: z
    .int()
    .min(1)
    .max(1000)
    .default(6)
    .describe('Times an hour that requests may start one sleeping deployment.'),
  ollamaRoutes: z
    .boolean()
    .default(false)
    .describe("Serves Ollama's /api routes; its clients cannot send a key, so they need none there."),
  deadlines: z
    .strictObject({
      firstByteSeconds: seconds(600, 'Longest wait for the first byte of an answer once it was sent.'),
      silenceSeconds: seconds(300, 'Longest silence inside an answer.'),
      totalSeconds: seconds(7200, 'Longest answer.'),
      stalledReaderSeconds: seconds(120, 'Longest time a client may leave bytes unread.'),
    })
    .prefault({}),
  retries: z.int().min(0).max(5).default(2).describe('Repeats while nothing has reached the client.'),
  breaker: z
    .strictObject({
      failures: z.int().min(1).max(100).default(5).describe('Failures in a row that open it.'),
      openSeconds: seconds(10, 'How long a broken target is left alone before it is probed.'),
    })
    .prefault({}),
  cache: z
    .strictObject({
      answers: z
        .enum(['deterministic', 'all', 'off'])
        .default('deterministic')
        .describe('deterministic = temperature 0 or a seed.'),
      memoryMb: z.number().positive().max(16_384).default(64),
      diskMb: z.number().min(0).max(1_048_576).default(512).describe('0 = memory only.'),
      ttlSeconds: seconds(86_400, 'How long an answer is kept.'),
      maxEntryMb: z.number().positive().max(256).default(4),
    })
    .prefault({}),
  singleFlight: z
    .enum(['all', 'deterministic', 'off'])
    .default('all')
    .describe(
      'Which identical requests in flight share one upstream call; deterministic = temperature 0 or a seed, others only when a client asks again.',
    ),
  limits: z
    .strictObject({
      requestsPerMinute: limit('Requests a minute for each model'),
      tokensPerMinute: limit('Tokens a minute for each model'),
      concurrent: limit('Requests answered at once for each model'),
      queue: z.int().min(0).max(10_000).default(100).describe('Requests that may wait for their turn.'),
      queueSeconds: seconds(300, 'Longest wait for a turn.'),
    })
    .prefault({}),
  targets: z.array(userTargetSchema).max(100).default([]),
  fallbacks: fallbacksSchema,
  bridge: bridgeSchema.prefault({}),
});
export type ProxyConfig = z.infer<typeof proxyConfigSchema>;
