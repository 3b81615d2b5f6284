//! What the shipped fallback answers to the shipped knowledge.
