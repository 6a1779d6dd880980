// RiskLinkage
