"""The seat inventory as one engine: bit strings per segment, holds, a journal with group commit. Source: seat inventory."""
