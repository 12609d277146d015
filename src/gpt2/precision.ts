/**
 * fp32 is exact; q8 stores matrices in 8 bits with a float32 scale per block; q4 stores those of the layers in 4 bits,
 * and the embedding (also the head) in 8.
 */
export type Precision = 'fp32' | 'q8' | 'q4';
export const PRECISIONS: readonly Precision[] = ['fp32', 'q8', 'q4'];
