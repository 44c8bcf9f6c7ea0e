/** Whether these tests run under the second kernel, which is emulated: everything takes about ten times as long. */
export const inVm = process.env["RINGFENCE_VM"] !== undefined;
