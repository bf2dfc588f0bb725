import { describe, expect, it } from 'vitest';
import { core } from '../../src/renderer/view/core-words.de.ts';

const german = (text: string): string | null => {
  const pattern = core.patterns.find(([each]) => each.test(text));
  return pattern === undefined ? null : text.replace(...pattern);
};

describe('what a plan says of cold starts, in German', () => {
  it.each([
    [
      'a cold start costs $0.0041 to $0.0182: a worker bills for 13 to 58 s while it fetches and loads 5.0 GB',
      'ein Kaltstart kostet $0.0041 bis $0.0182: Ein Worker kostet 13 bis 58 s lang, während er 5.0 GB herunterlädt und lädt',
    ],
    [
      'a cold start costs $0.0041 to $0.0182: a worker bills for 18 to 45 s while it reads from the volume 5.0 GB',
      'ein Kaltstart kostet $0.0041 bis $0.0182: Ein Worker kostet 18 bis 45 s lang, während er 5.0 GB vom Volume liest',
    ],
    [
      'a cold start costs $0.0041 to $0.0182: a worker bills for 8 to 33 s while it loads 5.0 GB',
      'ein Kaltstart kostet $0.0041 bis $0.0182: Ein Worker kostet 8 bis 33 s lang, während er 5.0 GB lädt',
    ],
  ])('%s', (english, expected) => {
    expect(german(english)).toBe(expected);
  });

  const again =
    'Every cold start fetches 16.0 GB again: 16 to 80 s of a worker that bills, $0.0054 to $0.0271 each time. Instead: an image with the weights in it (build llama3.1:8b --backend ollama --target load-balancer --bake), whose workers bill for 13 to 60 s until they answer; a network volume of 20 GB ($1.40 a month), 45 to 100 s';

  it('names every way out with its numbers', () => {
    expect(german(`${again}; a pod, which keeps them loaded: NVIDIA L4 at $0.39/h.`)).toBe(
      'Jeder Kaltstart lädt 16.0 GB neu herunter: 16 bis 80 s eines Workers, der kostet, jedes Mal $0.0054 bis $0.0271. Stattdessen: ein Image mit den Gewichten darin (build llama3.1:8b --backend ollama --target load-balancer --bake), dessen Worker 13 bis 60 s kosten, bis sie antworten; ein Netzwerk-Volume von 20 GB ($1.40 im Monat), 45 bis 100 s; ein Pod, der sie geladen hält: NVIDIA L4 zu $0.39/h.',
    );
    expect(german(`${again}.`)).toMatch(/45 bis 100 s\.$/);
  });
});
