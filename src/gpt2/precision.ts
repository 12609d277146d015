/**
 * fp32 is exact; q8 keeps the matrices in 8 bits with a float32 scale for each block, q4 those of the layers in 4 bits
 * and the embedding, which is the head too, in 8.
 */
export type Precision = 'fp32' | 'q8' | 'q4';
export const PRECISIONS: readonly Precision[] = ['fp32', 'q8', 'q4'];
