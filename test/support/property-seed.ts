import fc from 'fast-check';

/**
 * Properties explore with a new seed at every run on a developer's machine, and repeat the same runs under CI, where a
 * change must be judged by what it changed. FC_SEED repeats a run that was printed; FC_SEED=random explores under CI.
 */
const CI_SEED = 20_261_124;
const given = process.env['FC_SEED'];

if (given !== undefined && given !== 'random') fc.configureGlobal({ seed: Number(given) });
else if (given === undefined && process.env['CI'] === 'true') fc.configureGlobal({ seed: CI_SEED });
