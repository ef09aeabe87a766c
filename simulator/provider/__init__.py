"""The provider of phone codes of the lab: what a wallet's company is to a shop. It holds the money, the machine asks."""
