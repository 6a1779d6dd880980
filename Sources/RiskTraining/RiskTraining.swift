// RiskTraining
