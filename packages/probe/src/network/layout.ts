// The scratch network. The inside has one wire, to the outside, which answers for every address that trials use.

/** The wire's end inside, and its name there. */
export const INSIDE_LINK = "inside0";
export const INSIDE_V4 = "198.51.100.1";
export const INSIDE_V6 = "2001:db8:1::1";
export const OUTSIDE_LINK = "outside0";
/** First of the 126 IPv4 addresses that the outside takes. */
export const FIRST_TRIAL_V4 = 129;

/** Addresses of a trial, by its number from 0 to 125. */
export function trialAddresses(index: number): { readonly v4: string; readonly v6: string } {
  if (index > 125) throw new RangeError(`Cannot make trial ${index}: there are addresses for 126`);
  return { v4: `198.51.100.${FIRST_TRIAL_V4 + index}`, v6: `2001:db8:2::${(index + 1).toString(16)}` };
}
